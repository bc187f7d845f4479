import { Tooltip } from '@mantine/core'
import { useFormat } from '../format.ts'
import { useNow } from '../now.ts'

/** A time: short on screen, to the second with its zone on hover and for screen readers. */
export function Time({
  at,
  show = 'clock',
  className,
}: {
  at: string
  show?: 'clock' | 'seconds' | 'brief' | 'exact'
  className?: string | undefined
}) {
  const format = useFormat()
  return (
    <Tooltip label={format.exact(at)}>
      <time dateTime={at} className={className}>
        {format[show](at)}
      </time>
    </Tooltip>
  )
}

/** "3 minutes ago", kept current while the page is visible. */
export function Ago({ at }: { at: string }) {
  const format = useFormat()
  const now = useNow()
  return (
    <Tooltip label={format.exact(at)}>
      <time dateTime={at}>{format.ago(at, now)}</time>
    </Tooltip>
  )
}
