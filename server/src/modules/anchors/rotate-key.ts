import { ledgerKeyRotated, rotateLedgerKey } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { HeadSigner } from '../../ledger/head-signer.ts'

/**
 * Puts another key in force. The signer has made it and signs with both from the size it names; naming it here, in one
 * transaction with the entry, is what ends the one before. Dying at any point leaves both or the new one signing.
 */
export const createRotateKey = (signer: () => HeadSigner) =>
  defineCommandHandler(rotateLedgerKey, {
    prepare: async (_input, caller) => signer().offerNextKey(caller.workspaceId),
    handle: async (context, _input, offered) => {
      if (!offered) throw new ConsoleError('ledger.not_signed')
      const { tx, workspaceId, now } = context
      const { epoch, fromVkey, toVkey, size, line } = offered
      const inserted = await tx
        .insertInto('log_signer')
        .values({ workspace_id: workspaceId, epoch, vkey: toVkey, from_size: size })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      // Somebody else rotated at this very size, or twice at once.
      if (inserted.numInsertedOrUpdatedRows === 0n) throw new ConsoleError('ledger.unchanged')
      await tx
        .insertInto('log_anchor')
        .values({
          workspace_id: workspaceId,
          epoch,
          size,
          kind: 'key',
          name: toVkey,
          proof: Buffer.from(line, 'utf8'),
          anchored_at: now,
        })
        .execute()
      context.record(ledgerKeyRotated, { epoch, fromVkey, toVkey, size }, { subject: { id: workspaceId } })
      return { fromVkey, toVkey, size }
    },
  })
