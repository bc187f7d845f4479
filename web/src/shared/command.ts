import { notifications } from '@mantine/notifications'
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import type { CommandInput, CommandName, CommandOutput } from '@tracedesk/contracts'
import { useT } from '../i18n/index.ts'
import { api, codeOf } from './api.ts'

interface CommandCallbacks<N extends CommandName> {
  onDone?: (output: CommandOutput<N>, input: CommandInput<N>) => void
  /** What to fetch anew at once, without waiting for realtime to say so. */
  changes?: QueryKey[]
  /** `false`: the caller shows the failure in its own place. */
  announce?: boolean
}

/** Runs a command from a screen; a failure is announced in words with its code. */
export function useCommand<N extends CommandName>(name: N, callbacks: CommandCallbacks<N> = {}) {
  const announceFailure = useAnnounceFailure()
  const client = useQueryClient()
  return useMutation({
    mutationKey: [name],
    mutationFn: (input: CommandInput<N>) => api.command(name, input),
    onSuccess: (output, input) => {
      for (const queryKey of callbacks.changes ?? []) void client.invalidateQueries({ queryKey })
      callbacks.onDone?.(output, input)
    },
    onError: error => {
      if (callbacks.announce !== false) announceFailure(error)
    },
  })
}

/** A passing message that something is done, for what shows no other change. */
export function useAnnounce(): (message: string) => void {
  const t = useT()
  return message =>
    notifications.show({ message, autoClose: 2500, closeButtonProps: { 'aria-label': t('action.close') } })
}

/** A passing message that says what failed, in words and by code. */
export function useAnnounceFailure(): (error: unknown) => void {
  const t = useT()
  return error => {
    const code = codeOf(error)
    notifications.show({
      color: 'red',
      title: t(`error.${code}`),
      message: code,
      autoClose: 8000,
      closeButtonProps: { 'aria-label': t('action.close') },
    })
  }
}
