import type { ErrorCode } from '@tracedesk/contracts'
import { ApiError } from './api.ts'

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

/**
 * Uploads a file. `onProgress` gets 0 to 1. Throws ApiError with the server's code, or `client.unreachable` when the line
 * broke; an abort rejects with an AbortError.
 */
export function upload(
  target: Target,
  file: Blob,
  name: string,
  options: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    // fetch tells nothing of the progress of what it sends
    const request = new XMLHttpRequest()
    const path = 'conversationId' in target ? 'file.upload' : 'canned_reply.upload'
    request.open('POST', `/api/${path}?${new URLSearchParams({ ...target, name })}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = event =>
      event.lengthComputable && options.onProgress(event.loaded / event.total)
    request.onerror = () =>
      reject(new ApiError({ code: 'client.unreachable', status: 0, message: 'the upload broke off' }))
    request.onabort = () => reject(new DOMException('the upload was cancelled', 'AbortError'))
    request.onload = () => {
      try {
        resolve(readAnswer(request))
      } catch (error) {
        reject(error)
      }
    }
    options.signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

function readAnswer(request: XMLHttpRequest): Uploaded {
  const answer = parse(request.responseText)
  if (request.status === 200 && answer?.file) return answer.file
  const code = answer?.error?.code ?? 'client.not_understood'
  throw new ApiError({ code, status: request.status, message: code })
}

// The server's own answers; anything else is something between it and us.
function parse(text: string): { file?: Uploaded; error?: { code: ErrorCode } } | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
