import type { ErrorCode } from '@tracedesk/contracts'
import { ApiError } from './api.ts'

/**
 * Posts a file as it is (`application/octet-stream`) and gives the server's answer. `onProgress` gets 0 to 1. Throws
 * ApiError with the server's code, or `client.unreachable` when the line broke; an abort rejects with an AbortError.
 */
export function sendBytes(
  path: string,
  file: Blob,
  options: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // fetch tells nothing of the progress of what it sends
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = event =>
      event.lengthComputable && options.onProgress(event.loaded / event.total)
    request.onerror = () =>
      reject(new ApiError({ code: 'client.unreachable', status: 0, message: 'the upload broke off' }))
    request.onabort = () => reject(new DOMException('the upload was cancelled', 'AbortError'))
    request.onload = () => {
      const answer = parse(request.responseText)
      if (request.status === 200 && answer !== null) return resolve(answer)
      const code = codeOf(answer) ?? 'client.not_understood'
      return reject(new ApiError({ code, status: request.status, message: code }))
    }
    options.signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

// The server's own answers; anything else is something between it and us.
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function codeOf(answer: unknown): ErrorCode | undefined {
  const { error } = (answer ?? {}) as { error?: { code?: ErrorCode } } // the server's error body
  return error?.code
}
