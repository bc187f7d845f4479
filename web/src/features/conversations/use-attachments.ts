import { useEffect, useRef, useState } from 'react'
import { ApiError, api, codeOf, type ScreenErrorCode } from '../../shared/api.ts'
import { UPLOAD_MAX, type Uploaded, upload } from '../../shared/upload.ts'

export type SendAs = 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'animation'

/** A file beside the text that is being written. */
export interface Attachment {
  key: string
  name: string
  size: number
  /** A picture to recognise it by; null for what is no picture. */
  preview: string | null
  wantsVoice: boolean
  progress: number
  uploaded: Uploaded | null
  error: ScreenErrorCode | null
}
interface Held extends Attachment {
  /** Brings it to the server, or has it brought there. */
  bring: (options: { signal: AbortSignal; onProgress: (share: number) => void }) => Promise<Uploaded>
  cancel: AbortController
}
/** A file that lies at the server already and is to be copied into this conversation. */
export interface Copied {
  name: string
  size: number
  copy: () => Promise<Uploaded>
}

const PHOTO_MAX = 10 * 1024 * 1024
const PICTURES = ['image/jpeg', 'image/png', 'image/webp']

/** What a file goes out as, by what its bytes look like. */
export function sendAs({ uploaded, wantsVoice }: Attachment, asFiles: boolean): SendAs {
  const type = uploaded?.type ?? ''
  if (wantsVoice && ['audio/ogg', 'audio/mpeg', 'audio/mp4'].includes(type)) return 'voice'
  if (asFiles) return 'document'
  if (PICTURES.includes(type) && (uploaded?.size ?? 0) <= PHOTO_MAX) return 'photo'
  if (type === 'image/gif') return 'animation'
  if (type === 'video/mp4' || type === 'video/quicktime') return 'video'
  if (['audio/mpeg', 'audio/mp4', 'audio/flac'].includes(type)) return 'audio'
  return 'document'
}

export interface Batch {
  fileId: string
  as: SendAs
}

/** Files in the order they were given, cut into messages as Telegram takes them: albums of ten, voices alone. */
export function batchesOf(attachments: readonly Attachment[], asFiles: boolean): Batch[][] {
  const batches: { group: string; items: Batch[] }[] = []
  for (const attachment of attachments) {
    if (!attachment.uploaded) continue
    const as = sendAs(attachment, asFiles)
    const group = as === 'photo' || as === 'video' ? 'visual' : as
    const last = batches.at(-1)
    const joins =
      last?.group === group && last.items.length < 10 && group !== 'voice' && group !== 'animation'
    const item = { fileId: attachment.uploaded.id, as }
    if (joins) last.items.push(item)
    else batches.push({ group, items: [item] })
  }
  return batches.map(({ items }) => items)
}

/** The files beside a text: each is uploaded as soon as it is given, and can be cancelled or tried again. */
export function useAttachments(conversationId: string) {
  const held = useRef<Held[]>([])
  const [shown, setShown] = useState<Attachment[]>([])
  const show = () => setShown([...held.current])
  const change = (key: string, changes: Partial<Attachment>) => {
    held.current = held.current.map(each => (each.key === key ? { ...each, ...changes } : each))
    show()
  }
  const start = (file: Held) => {
    change(file.key, { progress: 0, error: null })
    const onProgress = (progress: number) => change(file.key, { progress })
    file
      .bring({ signal: file.cancel.signal, onProgress })
      .then(uploaded => change(file.key, { uploaded, progress: 1 }))
      .catch(error => file.cancel.signal.aborted || change(file.key, { error: codeOf(error) }))
  }
  const hold = (given: Pick<Held, 'name' | 'size' | 'bring'> & Partial<Held>) => {
    const file: Held = {
      key: crypto.randomUUID(),
      preview: null,
      wantsVoice: false,
      progress: 0,
      uploaded: null,
      error: null,
      cancel: new AbortController(),
      ...given,
    }
    held.current = [...held.current, file]
    if (file.error) show()
    else start(file)
  }
  const add = (files: readonly { blob: Blob; name: string; wantsVoice?: boolean }[]) => {
    for (const { blob, name, wantsVoice = false } of files)
      hold({
        name,
        size: blob.size,
        preview: PICTURES.includes(blob.type) ? URL.createObjectURL(blob) : null,
        wantsVoice,
        // said before a byte travels
        error: blob.size > UPLOAD_MAX ? 'file.too_large' : blob.size === 0 ? 'file.empty' : null,
        bring: options => upload({ conversationId }, blob, name, options),
      })
  }
  const addCopied = (files: readonly Copied[]) => {
    for (const { name, size, copy } of files) hold({ name, size, bring: copy })
  }
  const drop = (key: string) => {
    const file = held.current.find(each => each.key === key)
    if (!file) return
    file.cancel.abort()
    if (file.preview) URL.revokeObjectURL(file.preview)
    held.current = held.current.filter(each => each.key !== key)
    show()
    return file
  }
  const remove = (key: string) => {
    const file = drop(key)
    // what was uploaded is taken away again; if that fails, a day does it
    if (file?.uploaded)
      api.command('file.discard', { fileId: file.uploaded.id as never }).catch(error => {
        if (!(error instanceof ApiError)) throw error
      })
  }
  const retry = (key: string) => {
    const file = held.current.find(each => each.key === key)
    if (file) start({ ...file, cancel: file.cancel })
  }
  useEffect(
    () => () => {
      for (const file of held.current) {
        file.cancel.abort()
        if (file.preview) URL.revokeObjectURL(file.preview)
      }
    },
    [],
  )
  return {
    items: shown,
    isReady: shown.every(each => each.uploaded !== null),
    add,
    addCopied,
    remove,
    retry,
    /** Forgets them all, because they were sent. */
    clear: () => {
      for (const { key } of held.current) drop(key)
    },
  }
}
export type Attachments = ReturnType<typeof useAttachments>
