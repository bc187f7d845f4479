import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** The places between which a crash can come while a file is written so that it survives one. */
export const WRITE_STEPS = ['write', 'fsync', 'rename', 'fsync_folder', 'remove'] as const
export type WriteStep = (typeof WRITE_STEPS)[number]

/** Told before and after each step; tests die there. */
export type StepHook<Step extends string> = (step: Step, when: 'before' | 'after') => void

/**
 * Writes a file so that after a crash at any point either the old or the new content is there, whole. While the disk
 * works, other things go on: whoever shares a folder must write one after the other.
 */
export async function writeDurably(
  folder: string,
  name: string,
  content: string | Uint8Array,
  onStep: StepHook<WriteStep> = () => {},
): Promise<void> {
  const step = stepper(onStep)
  const temporary = join(folder, `${name}.new`)
  const file = await open(temporary, 'w', 0o600)
  try {
    await step('write', () => file.writeFile(content))
    await step('fsync', () => file.sync())
  } finally {
    await file.close()
  }
  await step('rename', () => rename(temporary, join(folder, name)))
  await step('fsync_folder', () => syncFolder(folder))
}

/** Removes a file so that it does not come back after a crash. */
export async function removeDurably(
  folder: string,
  name: string,
  onStep: StepHook<WriteStep> = () => {},
): Promise<void> {
  await stepper(onStep)('remove', async () => {
    await unlink(join(folder, name))
    await syncFolder(folder)
  })
}

const stepper =
  (onStep: StepHook<WriteStep>) =>
  async (called: WriteStep, work: () => Promise<void>): Promise<void> => {
    onStep(called, 'before')
    await work()
    onStep(called, 'after')
  }

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Makes what was created, renamed or removed in a folder survive a crash. */
export function fsyncFolder(folder: string): void {
  const directory = openSync(folder, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
