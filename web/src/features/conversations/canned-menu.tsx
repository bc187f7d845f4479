import { IconPaperclip } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import type { CannedReply } from './canned-choice.ts'
import classes from './canned-menu.module.css'

export const CANNED_MENU = 'canned-menu'
export const cannedOption = (id: string) => `canned-${id}`

interface CannedMenuProps {
  replies: readonly CannedReply[]
  active: CannedReply | undefined
  onChoose: (reply: CannedReply) => void
}

/** Canned replies that fit what is typed after `/`, and how the marked one would read in this conversation. */
export function CannedMenu({ replies, active, onChoose }: CannedMenuProps) {
  const t = useT()
  return (
    <div className={classes.menu}>
      {replies.length === 0 && <p className={classes.empty}>{t('thread.canned.none')}</p>}
      <div id={CANNED_MENU} role="listbox" aria-label={t('thread.canned.title')} className={classes.list}>
        {replies.map(reply => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field, which keeps focus
          <div
            key={reply.id}
            id={cannedOption(reply.id)}
            role="option"
            tabIndex={-1}
            aria-selected={reply.id === active?.id}
            className={classes.option}
            // keeps focus in the text
            onMouseDown={event => event.preventDefault()}
            onClick={() => onChoose(reply)}
          >
            <b>{reply.title}</b>
            {reply.shortcut && <code>/{reply.shortcut}</code>}
            {reply.files.length > 0 && (
              <span className={classes.files}>
                <IconPaperclip size={14} stroke={1.7} aria-hidden />
                {t('thread.canned.files', { count: reply.files.length })}
              </span>
            )}
          </div>
        ))}
      </div>
      {active && (
        <p className={classes.preview} dir="auto">
          {active.rendered ?? active.text}
        </p>
      )}
    </div>
  )
}
