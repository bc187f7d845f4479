import classes from './person.module.css'

const HUES = [222, 262, 330, 12, 32, 92, 158, 190]

function hueOf(seed: string): number {
  let hash = 7
  for (const char of seed) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return HUES[hash % HUES.length] ?? 222
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const firstGrapheme = (word: string) => segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? ''

/** First graphemes of the first and last word: 小 for 小明, MR for Maya Rossi, a whole emoji for an emoji. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean)
  const first = words[0]
  const last = words.at(-1)
  if (first === undefined || last === undefined) return '?'
  return (firstGrapheme(first) + (words.length > 1 ? firstGrapheme(last) : '')).toLocaleUpperCase()
}

/** A person's coloured initials. Decoration: the name always stands beside it. */
export function Face({ id, name, size = 32 }: { id: string | null; name: string; size?: number }) {
  const hue = hueOf(id ?? name)
  return (
    <span
      className={classes.face}
      aria-hidden
      data-initials={initialsOf(name)}
      // React's type of `style` does not know custom properties.
      style={{ '--size': `${size}px`, '--hue': hue } as React.CSSProperties}
    />
  )
}

interface PersonProps {
  id: string | null
  name: string
  size?: number
  /** Stands in place of the name where more is to be said than whose face it is. */
  label?: string
}

/** A person as avatar and name. */
export function Person({ id, name, size = 20, label = name }: PersonProps) {
  return (
    <span className={classes.person}>
      <Face id={id} name={name} size={size} />
      <bdi className={classes.name}>{label}</bdi>
    </span>
  )
}
