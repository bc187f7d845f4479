import { SALT_BYTES } from '@tracedesk/proof/node'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'

/** The text of a sealed part; null when it does not open, which verification reports. */
export function unsealPart(
  workspaceId: string,
  { entry_id, name, sealed }: { readonly entry_id: string; readonly name: string; readonly sealed: Buffer },
  key: Buffer,
): string | null {
  try {
    return unseal(key, sealed, partContext(workspaceId, entry_id, name))
      .subarray(SALT_BYTES)
      .toString('utf8')
  } catch {
    return null // GCM tells no more
  }
}
