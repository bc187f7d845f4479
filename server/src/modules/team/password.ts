import { hash, verify } from '@node-rs/argon2'

// OWASP's recommendation for Argon2id: 19 MiB, 2 passes, 1 lane.
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
let decoy: Promise<string> | undefined

/** Argon2id hash of a password in PHC string format. */
export const hashPassword = (password: string): Promise<string> => hash(password, OPTIONS)

/**
 * Whether the password fits. Without a stored hash (unknown address) it takes as long as with one, so that the time
 * of the answer does not tell which addresses have a seat.
 */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('a password that nobody has')
  const fits = await verify(stored ?? (await decoy), password)
  return stored !== null && fits
}
