import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { CommandInput, QueryOutput } from '@tracedesk/contracts'
import { useRef, useState } from 'react'
import { api } from '../../shared/api.ts'
import { upload } from '../../shared/upload.ts'

type Reply = QueryOutput<'canned_reply.list'>['items'][number]
type KeptFile = Reply['files'][number]
type Words = CommandInput<'canned_reply.create'>

/** Files of a reply while it is edited: those that stay, and those that are to be uploaded. */
interface EditedFiles {
  readonly kept: readonly KeptFile[]
  readonly added: readonly File[]
}

const isSame = (reply: Reply, words: Words): boolean =>
  (['title', 'folder', 'shortcut', 'departmentId', 'text'] as const).every(
    name => reply[name] === words[name],
  )

/**
 * Saves a reply with its files, one step after the other; each step is an entry. What was done is not done again when a
 * later step failed and saving is tried anew.
 */
export function useSaveReply(reply: Reply | null, onDone: () => void) {
  const client = useQueryClient()
  const saved = useRef(reply && { id: reply.id, version: reply.version, words: reply as Words })
  const [files, setFiles] = useState<EditedFiles>({ kept: reply?.files ?? [], added: [] })
  const [gone, setGone] = useState<readonly KeptFile[]>([])
  const saveWords = async (words: Words) => {
    const before = saved.current
    if (before && isSame(before.words as Reply, words)) return before.id
    const { id, version } = (
      before
        ? await api.command('canned_reply.update', {
            cannedReplyId: before.id,
            version: before.version,
            ...words,
          })
        : await api.command('canned_reply.create', words)
    ).cannedReply
    saved.current = { id, version, words }
    return id
  }
  const save = useMutation({
    mutationFn: async (words: Words) => {
      const cannedReplyId = await saveWords(words)
      const next = (version: number) => saved.current && Object.assign(saved.current, { version })
      for (const file of gone) {
        next((await api.command('canned_reply.remove_file', { cannedReplyId, fileId: file.id })).version)
        setGone(rest => rest.filter(({ id }) => id !== file.id))
      }
      for (const file of files.added) {
        const options = { onProgress: () => {}, signal: new AbortController().signal }
        await upload({ cannedReplyId }, file, file.name, options)
        next((saved.current?.version ?? 0) + 1)
        setFiles(({ kept, added }) => ({ kept, added: added.filter(each => each !== file) }))
      }
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: ['canned_reply.list'] }),
  })
  return {
    save,
    files,
    add: (added: readonly File[]) => setFiles(held => ({ ...held, added: [...held.added, ...added] })),
    forget: (file: File) => setFiles(held => ({ ...held, added: held.added.filter(each => each !== file) })),
    remove: (file: KeptFile) => {
      setGone(rest => [...rest, file])
      setFiles(held => ({ ...held, kept: held.kept.filter(({ id }) => id !== file.id) }))
    },
  }
}
