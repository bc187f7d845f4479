import { useT } from '../../i18n/index.ts'
import { ApiError } from '../../shared/api.ts'
import { useCommand } from '../../shared/command.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import classes from './team.module.css'
import type { Department } from './team.ts'

const LEADING = ['conversations', 'offers', 'bots', 'cannedReplies'] as const

/** Asks before a department is taken away; says how much still leads there where that is in the way. */
export function DeleteDepartment({ department, onClose }: { department: Department; onClose: () => void }) {
  const t = useT()
  const remove = useCommand('department.delete', {
    announce: false,
    changes: [['department.list'], ['agent.list']],
    onDone: onClose,
  })
  return (
    <Confirm
      title={t('team.deleteDepartment.title', { name: department.name })}
      goes={t('team.deleteDepartment.goes')}
      stays={t('team.deleteDepartment.stays')}
      confirm={t('team.deleteDepartment.do')}
      isBusy={remove.isPending}
      error={remove.error}
      details={<StillLeading error={remove.error} />}
      onConfirm={() => remove.mutate({ departmentId: department.id })}
      onClose={onClose}
    />
  )
}

function StillLeading({ error }: { error: unknown }) {
  const t = useT()
  if (!(error instanceof ApiError) || error.code !== 'department.in_use') return null
  const details = (error.details ?? {}) as Partial<Record<string, unknown>> // the answer's own facts, of unknown shape
  const counts = LEADING.map(key => ({ key, count: Number(details[key] ?? 0) }))
  return (
    <div className={classes.leading}>
      {t('team.deleteDepartment.leads')}
      <ul>
        {counts
          .filter(({ count }) => count > 0)
          .map(({ key, count }) => (
            <li key={key}>{t(`team.deleteDepartment.${key}`, { count })}</li>
          ))}
      </ul>
    </div>
  )
}
