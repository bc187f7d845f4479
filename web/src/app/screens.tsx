import { IconMapQuestion } from '@tabler/icons-react'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useT } from '../i18n/index.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../shared/ui/faces.tsx'
import { LinkButton } from '../shared/ui/link-button.tsx'

/** While a screen's own code is on its way. */
export function LoadingScreen() {
  return <RowsSkeleton />
}

/** A screen broke: the rest of the console still works. */
export function ErrorScreen({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return <ErrorFace error={error} retry={retry} />
}

/** Stands inside the shell. */
export function NotFoundScreen() {
  const t = useT()
  return (
    <>
      <h1 className="visually-hidden">{t('face.notFound.title')}</h1>
      <EmptyFace
        icon={<IconMapQuestion size={26} stroke={1.6} />}
        title={t('face.notFound.title')}
        text={t('face.notFound.text')}
        action={
          <LinkButton to="/inbox" variant="default" size="xs">
            {t('nav.inbox')}
          </LinkButton>
        }
      />
    </>
  )
}
