import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconLock, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useT } from '../../i18n/index.ts'
import { ApiError, codeOf } from '../api.ts'
import classes from './faces.module.css'

/**
 * What a screen shows when there is nothing yet: what will be here, and the one way to get there. `isScreen`: it stands
 * for the whole screen, whose heading its title then is.
 */
export function EmptyFace(props: {
  icon: ReactNode
  title: string
  text?: string
  action?: ReactNode
  isScreen?: boolean
}) {
  const Title = props.isScreen ? 'h1' : 'p'
  return (
    <div className={classes.face}>
      <span className={classes.icon} aria-hidden>
        {props.icon}
      </span>
      <Title className={classes.title}>{props.title}</Title>
      {props.text && <p className={classes.text}>{props.text}</p>}
      {props.action}
    </div>
  )
}

/**
 * What failed, what to do, and a code to quote. A refusal gets its own face: trying again would not help. `isScreen`: it
 * stands for the whole screen.
 */
export function ErrorFace(props: { error: unknown; retry?: (() => void) | undefined; isScreen?: boolean }) {
  const { error, retry, isScreen = false } = props
  const t = useT()
  const code = codeOf(error)
  if (code === 'permission.denied') return <NoPermissionFace isScreen={isScreen} />
  const Title = isScreen ? 'h1' : 'p'
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <div className={classes.face} role="alert">
      <span className={`${classes.icon} ${classes.bad}`} aria-hidden>
        <IconAlertTriangle size={26} stroke={1.6} />
      </span>
      <Title className={classes.title}>{t('face.error.title')}</Title>
      <p className={classes.text}>{t(`error.${code}`)}</p>
      <p className={classes.code}>
        {code}
        {requestId && ` · ${requestId}`}
      </p>
      {retry && (
        <Button variant="default" size="xs" leftSection={<IconRefresh size={14} />} onClick={retry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  )
}

/** Not for this role; as a rule instead of a whole screen. */
export function NoPermissionFace({ isScreen = true }: { isScreen?: boolean }) {
  const t = useT()
  return (
    <EmptyFace
      isScreen={isScreen}
      icon={<IconLock size={26} stroke={1.6} />}
      title={t('face.forbidden.title')}
      text={t('face.forbidden.text')}
    />
  )
}

/** The shape of a list that is on its way. */
export function RowsSkeleton({ rows = 8, height = 56 }: { rows?: number; height?: number }) {
  const t = useT()
  return (
    <div className={classes.rows} role="status" aria-label={t('face.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a skeleton have no identity
        <div key={row} className={classes.row} style={{ blockSize: height }}>
          <Skeleton circle height={Math.min(30, height - 12)} animate={false} />
          <div className={classes.lines}>
            <Skeleton height={9} width={`${38 + ((row * 17) % 30)}%`} />
            <Skeleton height={9} width={`${60 + ((row * 23) % 35)}%`} />
          </div>
        </div>
      ))}
    </div>
  )
}
