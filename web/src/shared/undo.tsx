import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { QueryKey } from '@tanstack/react-query'
import type { CommandInput, CommandName } from '@tracedesk/contracts'
import { useT } from '../i18n/index.ts'
import { useCommand } from './command.ts'
import classes from './undo.module.css'

/** So long an action can be taken back by the message about it. */
const OFFERED_MS = 8_000

interface Offer {
  id: string
  undo: () => void
}
/** The last thing done, while it can be taken back. */
let offer: Offer | null = null

/** Takes back what was done last, if it still can be; false when there is nothing to take back. */
export function undoLast(): boolean {
  const current = offer
  if (!current) return false
  offer = null
  notifications.hide(current.id)
  current.undo()
  return true
}

/** A passing message that something is done, with the way back. Taking it back is an action of its own in the log. */
export function useAnnounceUndo(): (message: string, undo: () => void) => void {
  const t = useT()
  return (message, undo) => {
    if (offer) notifications.hide(offer.id)
    const id = crypto.randomUUID()
    offer = { id, undo }
    notifications.show({
      id,
      autoClose: OFFERED_MS,
      closeButtonProps: { 'aria-label': t('action.close') },
      onClose: () => {
        if (offer?.id === id) offer = null
      },
      message: (
        <span className={classes.offer}>
          <bdi>{message}</bdi>
          <Button size="compact-sm" variant="light" onClick={undoLast} aria-keyshortcuts="z">
            {t('action.undo')} <kbd aria-hidden>z</kbd>
          </Button>
        </span>
      ),
    })
  }
}

/** A command that can be taken back: once it is done, a message says so and offers `undo`. */
export function useUndoable<N extends CommandName>(name: N, callbacks: { changes: QueryKey[] }) {
  const command = useCommand(name, callbacks)
  const announce = useAnnounceUndo()
  return {
    isPending: command.isPending,
    /** Without the offer: the way back itself. */
    mutate: command.mutate,
    run: (input: CommandInput<N>, said: string, undo: () => void) =>
      void command.mutateAsync(input).then(
        () => announce(said, undo),
        () => undefined, // the command has said what failed
      ),
  }
}
