import { IconAlertTriangle } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import { ApiError, codeOf } from '../api.ts'
import classes from './failure.module.css'

/** Says in a form why its command failed: words first, then the code to quote. */
export function Failure({ error }: { error: unknown }) {
  const t = useT()
  if (!error) return null
  const code = codeOf(error)
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <div className={classes.failure} role="alert">
      <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
      <div>
        {t(`error.${code}`)}
        <small>
          {code}
          {requestId && ` · ${requestId}`}
        </small>
      </div>
    </div>
  )
}
