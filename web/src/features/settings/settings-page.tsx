import { useQuery } from '@tanstack/react-query'
import { useT, useWords } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { OidcSection } from './oidc-section.tsx'
import { SettingRow } from './setting-row.tsx'
import classes from './settings.module.css'

/** All settings of the workspace, grouped by what stands before the dot of their key. */
export function SettingsPage() {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const settings = useQuery({ ...queryOf('setting.list', {}), enabled: may('setting.view') })
  if (!may('setting.view')) return <NoPermissionFace />
  const groups = Map.groupBy(settings.data?.items ?? [], ({ key }) => key.split('.')[0] ?? 'other')
  return (
    <Page title={t('settings.title')} text={t('settings.text')}>
      {settings.isPending && <RowsSkeleton rows={5} />}
      {settings.isError && !settings.data && (
        <ErrorFace error={settings.error} retry={() => void settings.refetch()} />
      )}
      {settings.data?.items.length === 0 && <EmptyFace icon={null} title={t('settings.empty')} />}
      {[...groups].map(([group, items]) => (
        <section key={group} className={classes.group}>
          <h2>{words(`settings.group.${group}`, group)}</h2>
          {items.map(setting => (
            // A value saved elsewhere is shown anew, not kept under what was typed here.
            <SettingRow key={`${setting.key} ${setting.value}`} setting={setting} />
          ))}
        </section>
      ))}
      {settings.data && <OidcSection />}
    </Page>
  )
}
