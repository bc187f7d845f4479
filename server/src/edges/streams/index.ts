import type { SendEntries } from '../../modules/streams/index.ts'
import { sendSyslog } from './send-syslog.ts'
import { sendWebhook } from './send-webhook.ts'

export { STREAM_TIMEOUT_MS, STREAM_TIMING, StreamKeeper } from './keeper.ts'
export type { ReadSlice, StreamTiming } from './runner.ts'

/** Sends entries as their stream says. `host`: the name of this installation, as its logs carry it. */
export const createSendEntries =
  (parts: { host: string; version: string; allowPrivate: boolean; timeoutMs: number }): SendEntries =>
  (stream, entries, signal) => {
    const { workspaceId, kind } = stream
    const origin = { log: `${parts.host}/log/${workspaceId}`, workspaceId, version: parts.version }
    return (kind === 'syslog' ? sendSyslog : sendWebhook)(stream, entries, origin, parts, signal)
  }
