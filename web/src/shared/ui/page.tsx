import type { ReactNode } from 'react'
import classes from './page.module.css'

/** A screen that is read from top to bottom: its title, its main button, its sections. */
export function Page(props: { title: string; text?: string; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1>{props.title}</h1>
          {props.text && <p>{props.text}</p>}
        </div>
        {props.action}
      </header>
      {props.children}
    </div>
  )
}
