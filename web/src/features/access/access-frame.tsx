import { Paper } from '@mantine/core'
import type { ReactNode } from 'react'
import { changeLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage, useT } from '../../i18n/index.ts'
import classes from './access.module.css'

/** The page before sign-in: one card, and the choice of language. */
export function AccessFrame({
  title,
  text,
  children,
}: {
  title: string
  text?: string
  children: ReactNode
}) {
  const t = useT()
  const language = useLanguage()
  return (
    <div className={classes.page}>
      <main className={classes.card}>
        <div className={classes.brand}>
          <img src="/tracedesk.svg" alt="" />
          Tracedesk
        </div>
        <Paper radius="lg" p="xl" withBorder shadow="xs" bg="var(--td-panel)">
          <h1 className={classes.title}>{title}</h1>
          {text && <p className={classes.text}>{text}</p>}
          {children}
        </Paper>
      </main>
      <nav className={classes.languages} aria-label={t('shell.language')}>
        {LANGUAGES.map(each => (
          <button
            key={each}
            type="button"
            lang={each}
            aria-pressed={each === language}
            onClick={() => void changeLanguage(each)}
          >
            {LANGUAGE_NAMES[each]}
          </button>
        ))}
      </nav>
    </div>
  )
}
