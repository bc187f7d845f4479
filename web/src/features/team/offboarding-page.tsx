import { Button } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import type { CommandOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay } from '../../shared/session.ts'
import { NoPermissionFace } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Page } from '../../shared/ui/page.tsx'
import classes from './team.module.css'

type Answer = CommandOutput<'agent.report_offboarding'>

/** `/team/report/$agentId`: what somebody held, did and may, to print and sign. Drawing it up is recorded. */
export function OffboardingPage() {
  const t = useT()
  const may = useMay()
  const { agentId } = useParams({ strict: false })
  const report = useCommand('agent.report_offboarding', { announce: false })
  if (!may('agent.report_offboarding') || !agentId) return <NoPermissionFace />
  return (
    <Page
      title={t('team.report.title')}
      text={t('team.report.text')}
      action={
        report.data && (
          <Button
            variant="default"
            className={classes.screenOnly}
            leftSection={<IconPrinter size={16} aria-hidden />}
            onClick={() => print()}
          >
            {t('team.report.print')}
          </Button>
        )
      }
    >
      <Failure error={report.error} />
      {report.data ? (
        <Report answer={report.data} />
      ) : (
        <Button loading={report.isPending} onClick={() => report.mutate({ agentId })}>
          {t('team.report.make')}
        </Button>
      )}
    </Page>
  )
}

function Report({ answer: { report, sha256, entryId } }: { answer: Answer }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const nameOf = useRoleName()
  const { agent, held, did, may } = report
  const at = (instant: string | null) => (instant ? format.exact(instant) : '—')
  return (
    <article className={classes.report}>
      <Facts
        title={agent.name}
        facts={[
          [t('access.email'), agent.email],
          [t('team.role'), nameOf(agent.role)],
          [t('team.state'), t(`team.seat.${agent.state}`)],
          [t('team.report.since'), at(agent.createdAt)],
          [t('team.report.at'), at(report.at)],
        ]}
      />
      <Facts
        title={t('team.report.held')}
        facts={[
          [t('team.report.open'), format.number(held.openConversations)],
          [t('team.report.ever'), format.number(held.conversationsEver)],
          [t('team.report.sessions'), format.number(held.livingSessions)],
          [t('team.report.tokens'), held.tokens.map(({ name }) => name).join(', ') || '—'],
          [
            t('team.departments'),
            held.departments.map(({ name, lead }) => (lead ? `${name} ★` : name)).join(', ') || '—',
          ],
        ]}
      />
      <Facts
        title={t('team.report.did')}
        facts={[
          [t('team.report.entries'), format.number(did.entries)],
          [t('team.report.first'), at(did.firstAt)],
          [t('team.report.last'), at(did.lastAt)],
          ...did.byEvent.map(
            ({ name, count }) => [words(`eventName.${name}`, name), format.number(count)] as const,
          ),
        ]}
      />
      <Facts
        title={t('team.report.may')}
        facts={[
          [t('team.review.signIn'), at(may.lastSignInAt)],
          [t('account.twoFactor'), t(may.twoFactor ? 'chip.yes' : 'chip.no')],
          [t('team.bots'), may.bots ? may.bots.join(', ') || '—' : t('team.allBots')],
          [t('team.roles.permissions'), may.permissions.join(', ') || '—'],
        ]}
      />
      <p className={classes.key}>
        {t('team.report.proof')}: <code>{entryId}</code> · SHA-256 <code>{sha256}</code>
      </p>
    </article>
  )
}

function Facts({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
