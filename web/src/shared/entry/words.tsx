import { Fragment, type ReactNode } from 'react'

/** A sentence from a translation in which each `{{name}}` is a chip: the language decides the order, React the look. */
export function Words({ template, chip }: { template: string; chip: (name: string) => ReactNode }) {
  return template.split(/\{\{(\w+)\}\}/).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one template never move
    <Fragment key={index}>{index % 2 === 0 ? piece : chip(piece)}</Fragment>
  ))
}
