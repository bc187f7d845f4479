import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Departments } from './departments.tsx'
import { Invitations } from './invitations.tsx'
import { Invite } from './invite.tsx'
import { type OneTime, OneTimeLink } from './one-time-link.tsx'
import { People } from './people.tsx'
import { TeamNav } from './team-nav.tsx'

/** Everyone with a seat, and the departments they belong to. */
export function TeamPage() {
  const t = useT()
  const may = useMay()
  const [isInviting, setInviting] = useState(false)
  const [link, setLink] = useState<OneTime | null>(null)
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  const departments = useQuery({ ...queryOf('department.list', {}), enabled: may('team.view') })
  if (!may('team.view')) return <NoPermissionFace />
  const failed = [agents, departments].find(query => query.isError && !query.data)
  return (
    <Page
      title={t('team.title')}
      action={
        may('agent.invite') && (
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
            {t('team.invite')}
          </Button>
        )
      }
    >
      <TeamNav />
      {failed && <ErrorFace error={failed.error} retry={() => void failed.refetch()} />}
      {(agents.isPending || departments.isPending) && <RowsSkeleton rows={6} />}
      {agents.data && departments.data && (
        <>
          <People agents={agents.data.items} departments={departments.data.items} onLink={setLink} />
          <Invitations onLink={setLink} />
          <Departments agents={agents.data.items} departments={departments.data.items} />
        </>
      )}
      {isInviting && (
        <Invite
          departments={departments.data?.items ?? []}
          onClose={() => setInviting(false)}
          onInvited={invited => {
            setInviting(false)
            setLink(invited)
          }}
        />
      )}
      {link && <OneTimeLink link={link} onClose={() => setLink(null)} />}
    </Page>
  )
}
