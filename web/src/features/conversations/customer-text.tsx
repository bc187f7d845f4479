import { Fragment } from 'react'
import classes from './inbox.module.css'
import { linkify } from './linkify.ts'

/** Somebody's words exactly as they came: line breaks and spaces kept, direction by the text itself. */
export function CustomerText({ text }: { text: string }) {
  return (
    <div className={classes.text} dir="auto">
      {linkify(text).map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
        <Fragment key={index}>
          {piece.kind === 'text' ? (
            piece.value
          ) : (
            <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
              {piece.value}
            </a>
          )}
        </Fragment>
      ))}
    </div>
  )
}
