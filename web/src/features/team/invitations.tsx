import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay } from '../../shared/session.ts'
import { Person } from '../../shared/ui/person.tsx'
import type { OneTime } from './one-time-link.tsx'
import classes from './team.module.css'

const CHANGES = [['agent.list'], ['invitation.list']]

/** Seats offered and not taken yet: until when the link is good, a new one, or taking the offer back. */
export function Invitations({ onLink }: { onLink: (link: OneTime) => void }) {
  const t = useT()
  const may = useMay()
  const format = useFormat()
  const nameOf = useRoleName()
  const invitations = useQuery({ ...queryOf('invitation.list', {}), enabled: may('agent.invite') })
  const renew = useCommand('agent.reset_password', { changes: CHANGES })
  const revoke = useCommand('agent.revoke_invitation', { changes: CHANGES })
  const items = invitations.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className={classes.section}>
      <h2>{t('team.invitations.title')}</h2>
      <div className={classes.departments}>
        {items.map(({ agentId, name, email, role, expiresAt }) => (
          <article key={agentId} className={classes.card}>
            <Person id={agentId} name={name} size={24} />
            <span className={classes.text}>
              {email} · {nameOf(role)}
              <br />
              {expiresAt
                ? t('team.invitations.until', { at: format.exact(expiresAt) })
                : t('team.invitations.over')}
            </span>
            <div className={classes.buttons}>
              <Button
                size="compact-xs"
                variant="default"
                loading={renew.isPending}
                onClick={() =>
                  renew.mutate(
                    { agentId },
                    { onSuccess: ({ invitation }) => onLink({ name, ...invitation }) },
                  )
                }
              >
                {t('team.invitations.renew')}
              </Button>
              {may('agent.revoke_invitation') && (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={revoke.isPending}
                  onClick={() => revoke.mutate({ agentId })}
                >
                  {t('team.invitations.revoke')}
                </Button>
              )}
            </div>
          </article>
        ))}
      </div>
    </section>
  )
}
