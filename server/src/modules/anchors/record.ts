import {
  AnchorFailure,
  AnchorKind,
  defineCommand,
  ledgerAnchored,
  ledgerAnchorFailed,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { sha256 } from '../../kernel/secret.ts'
import { lockState } from './store.ts'

const Anchor = { kind: AnchorKind, name: z.string().min(1).max(300), epoch: z.int(), size: z.int() }

/** Thrown when another node recorded the same before us. */
export class AnchorUnchanged extends RecordedRefusal {
  constructor(name: string) {
    super('ledger.unchanged', { name })
  }
}

/** Somebody outside confirmed a head: keeps what they gave us, and says so in the log. */
export const recordAnchor = defineCommandHandler(
  defineCommand({
    name: 'ledger.anchor',
    access: 'internal',
    summary: 'Record that somebody outside confirmed a signed head',
    input: z.strictObject({ ...Anchor, latencyMs: z.int().min(0), proof: z.base64() }),
    output: z.strictObject({}),
    records: [ledgerAnchored],
  }),
  {
    handle: async (context, { kind, name, epoch, size, latencyMs, proof }) => {
      const { tx, workspaceId, now } = context
      const state = await lockState(tx, workspaceId, { kind, name, epoch })
      if (state.epoch === epoch && (state.size ?? -1) >= size) throw new AnchorUnchanged(name)
      const bytes = Buffer.from(proof, 'base64')
      await tx
        .insertInto('log_anchor')
        .values({ workspace_id: workspaceId, epoch, size, kind, name, proof: bytes, anchored_at: now })
        .execute()
      await tx
        .updateTable('anchor_state')
        .set({ epoch, size, anchored_at: now, failing_since: null, failure: null })
        .where('workspace_id', '=', workspaceId)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .execute()
      context.record(
        ledgerAnchored,
        { kind, name, size, latencyMs, proofSha256: sha256(bytes).toString('hex') },
        { subject: { id: workspaceId } },
      )
      return {}
    },
  },
)

/** An anchor began to fail, or fails differently. Failing on is no news. */
export const recordAnchorFailure = defineCommandHandler(
  defineCommand({
    name: 'ledger.fail_anchor',
    access: 'internal',
    summary: 'Record that a signed head could not be confirmed',
    input: z.strictObject({ ...Anchor, code: AnchorFailure }),
    output: z.strictObject({}),
    records: [ledgerAnchorFailed],
  }),
  {
    handle: async (context, { kind, name, epoch, size, code }) => {
      const { tx, workspaceId, now } = context
      const state = await lockState(tx, workspaceId, { kind, name, epoch })
      if (state.failure === code) throw new AnchorUnchanged(name)
      await tx
        .updateTable('anchor_state')
        .set({ failure: code, ...(state.failure === null ? { failing_since: now } : {}) })
        .where('workspace_id', '=', workspaceId)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .execute()
      context.record(ledgerAnchorFailed, { kind, name, size, code }, { subject: { id: workspaceId } })
      return {}
    },
  },
)
