import { IconTagOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import classes from './inbox.module.css'

/** Says which required set the customer has no label of, while that can still be mended. */
export function MissingLabels({ labels }: { labels: Conversation['labels'] }) {
  const t = useT()
  const sets = useQuery(queryOf('label_set.list', {}))
  const missing = (sets.data?.items ?? []).filter(
    ({ labelIds }) => labelIds.length > 0 && !labels.some(({ id }) => labelIds.includes(id)),
  )
  return missing.map(set => (
    <p key={set.id} className={classes.missing}>
      <IconTagOff size={14} stroke={1.8} aria-hidden />
      {t('side.missingLabel', { set: set.name })}
    </p>
  ))
}
