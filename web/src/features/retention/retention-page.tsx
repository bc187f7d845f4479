import { useT } from '../../i18n/index.ts'
import { useMay } from '../../shared/session.ts'
import { NoPermissionFace } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Preview } from './preview.tsx'
import { Rules } from './rules.tsx'
import { Runs } from './runs.tsx'

/** How long what is kept, what would go now, and what went: rules, preview, destructions by two persons. */
export function RetentionPage() {
  const t = useT()
  const may = useMay()
  if (!may('retention.view')) return <NoPermissionFace />
  return (
    <Page title={t('area.retention')} text={t('retention.text')}>
      <Rules />
      <Preview />
      <Runs />
    </Page>
  )
}
