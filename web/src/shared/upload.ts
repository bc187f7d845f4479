import { ApiError } from './api.ts'
import { sendBytes } from './send-bytes.ts'

/** What the server says of an upload. `type`: what its bytes look like. */
export interface Uploaded {
  id: string
  name: string
  size: number
  type: string
}

/** Telegram takes no more from a bot. */
export const UPLOAD_MAX = 50 * 1024 * 1024

/** What an upload is for: a message of a conversation, or a canned reply. */
type Target = { conversationId: string } | { cannedReplyId: string }

/** Uploads a file that goes out to customers; see `sendBytes` for progress and errors. */
export async function upload(
  target: Target,
  file: Blob,
  name: string,
  options: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<Uploaded> {
  const path = 'conversationId' in target ? 'file.upload' : 'canned_reply.upload'
  const answer = await sendBytes(`/api/${path}?${new URLSearchParams({ ...target, name })}`, file, options)
  const { file: uploaded } = answer as { file?: Uploaded } // the server's own answer
  if (uploaded) return uploaded
  throw new ApiError({ code: 'client.not_understood', status: 200, message: 'an answer without a file' })
}
