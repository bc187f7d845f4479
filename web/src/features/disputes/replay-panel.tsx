import { ActionIcon, NativeSelect, Slider } from '@mantine/core'
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { AgentChip } from '../../shared/entry/chips.tsx'
import { Actor } from '../../shared/entry/sentence.tsx'
import { useFormat } from '../../shared/format.ts'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './disputes.module.css'
import { pauseBefore, type StoodMessage, standAfter } from './replay.ts'
import { type StoryItem, StoryRow } from './story-row.tsx'

const PACES = [1, 10, 60, 600, 3600]
const AROUND = 3

/** The story step by step, by hand or at a pace, and the conversation as it stood at that moment. */
export function Replay({ items, onNearEnd }: { items: StoryItem[]; onNearEnd: () => void }) {
  const t = useT()
  const format = useFormat()
  const [at, setAt] = useState(0)
  const [isPlaying, setPlaying] = useState(false)
  const [pace, setPace] = useState(60)
  const last = items.length - 1
  const now = items[at]
  const next = items[at + 1]
  useEffect(() => {
    if (at >= items.length - 20) onNearEnd()
  }, [at, items.length, onNearEnd])
  useEffect(() => {
    if (!isPlaying) return
    if (!next) return setPlaying(false)
    const timer = setTimeout(() => setAt(at + 1), pauseBefore(now?.entry, next.entry, pace))
    return () => clearTimeout(timer)
  }, [isPlaying, at, next, now, pace])
  const stood = useMemo(() => standAfter(items.slice(0, at + 1).map(item => item.entry)), [items, at])
  const step = (by: number) => setAt(Math.min(last, Math.max(0, at + by)))
  return (
    <div className={classes.replay}>
      <div className={classes.controls}>
        <ActionIcon aria-label={t('dispute.replay.back')} disabled={at === 0} onClick={() => step(-1)}>
          <IconPlayerTrackPrev size={17} />
        </ActionIcon>
        <ActionIcon
          size="lg"
          aria-label={t(isPlaying ? 'dispute.replay.pause' : 'dispute.replay.play')}
          onClick={() => setPlaying(!isPlaying)}
        >
          {isPlaying ? <IconPlayerPause size={20} /> : <IconPlayerPlay size={20} />}
        </ActionIcon>
        <ActionIcon aria-label={t('dispute.replay.forward')} disabled={at === last} onClick={() => step(1)}>
          <IconPlayerTrackNext size={17} />
        </ActionIcon>
        <Slider
          className={classes.slider}
          thumbLabel={t('dispute.replay.at')}
          label={null}
          min={0}
          max={last}
          value={at}
          onChange={setAt}
        />
        <NativeSelect
          size="xs"
          aria-label={t('dispute.replay.pace')}
          value={String(pace)}
          onChange={event => setPace(Number(event.currentTarget.value))}
          data={PACES.map(each => ({ value: String(each), label: `× ${format.number(each)}` }))}
        />
      </div>
      <p className={classes.moment}>{now && <Time at={now.entry.at} show="exact" />}</p>
      <div className={classes.stage}>
        <div>
          {items.slice(Math.max(0, at - AROUND), at + 1).map(item => (
            <StoryRow key={item.entry.id} item={item} />
          ))}
        </div>
        <div className={classes.stood}>
          <h3>{t('dispute.replay.stood')}</h3>
          <p className={classes.quiet}>
            {t(`status.${stood.status}` as 'status.pending')} · {t('dispute.replay.holder')}{' '}
            {stood.holder ? <AgentChip id={stood.holder} /> : t('dispute.replay.nobody')}
          </p>
          <ol className={classes.bubbles}>
            {stood.messages.map(message => (
              <Bubble key={message.id} message={message} />
            ))}
          </ol>
        </div>
      </div>
    </div>
  )
}

function Bubble({ message }: { message: StoodMessage }) {
  const t = useT()
  const words = useWords()
  return (
    <li className={classes.bubble} data-ours={message.isOurs || undefined} data-state={message.state}>
      <span className={classes.author}>
        <Actor entry={message.entry} />
      </span>
      <span dir="auto">
        {message.text ? <PartFace part={message.text} /> : words(`kind.${message.kind}`, message.kind)}
      </span>
      <small>
        <Time at={message.at} show="seconds" />
        {message.version > 1 && ` · ${t('dispute.replay.editedTimes', { version: message.version })}`}
        {message.isOurs && ` · ${t(`dispute.replay.state.${message.state}`)}`}
      </small>
    </li>
  )
}
