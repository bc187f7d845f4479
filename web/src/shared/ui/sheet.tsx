import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './sheet.module.css'

interface SheetProps {
  label: string
  /** Words of the head row; without them the rows explain themselves. */
  head?: readonly string[]
  dense?: boolean
  lang?: string
  children: ReactNode
}

/** A table that scrolls sideways within the page where it is too wide for it; by keyboard as well. */
export function Sheet({ label, head, dense = false, lang, children }: SheetProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={label} lang={lang}>
      <Table verticalSpacing={dense ? 4 : 8}>
        {head && (
          <Table.Thead>
            <Table.Tr>
              {head.map(words => (
                <Table.Th key={words}>{words}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
        )}
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  )
}
