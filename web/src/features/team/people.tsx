import { ActionIcon, Menu, Select, Table } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import type { RoleKey } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useRoleName } from '../../shared/role-name.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Person } from '../../shared/ui/person.tsx'
import type { OneTime } from './one-time-link.tsx'
import { PersonAccess } from './person-access.tsx'
import { useRoleChoices } from './role-choices.ts'
import { StandIn } from './stand-in.tsx'
import classes from './team.module.css'
import type { Agent, Department } from './team.ts'

interface PeopleProps {
  agents: readonly Agent[]
  departments: readonly Department[]
  onLink: (link: OneTime) => void
}

const CHANGES = [['agent.list']]

export function People({ agents, departments, onLink }: PeopleProps) {
  const t = useT()
  const [leaving, setLeaving] = useState<Agent | null>(null)
  const [standingIn, setStandingIn] = useState<Agent | null>(null)
  const [looking, setLooking] = useState<Agent | null>(null)
  return (
    <section className={classes.section}>
      <h2>{t('team.people')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('team.people')}>
        <Table verticalSpacing={6} highlightOnHover className={classes.cards} data-menu>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('team.person')}</Table.Th>
              <Table.Th>{t('team.role')}</Table.Th>
              <Table.Th>{t('team.departments')}</Table.Th>
              <Table.Th>{t('team.state')}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {agents.map(agent => (
              <Table.Tr key={agent.id} data-seat={agent.state}>
                <Table.Td data-who>
                  <PersonCell agent={agent} />
                </Table.Td>
                <Table.Td>
                  <RoleCell agent={agent} />
                </Table.Td>
                <Table.Td>{departmentNames(agent, departments)}</Table.Td>
                <Table.Td>
                  <span className={classes.seat} data-seat={agent.state}>
                    {t(`team.seat.${agent.state}`)}
                  </span>
                </Table.Td>
                <Table.Td>
                  <AgentMenu
                    agent={agent}
                    onLink={onLink}
                    onAccess={() => setLooking(agent)}
                    onStandIn={() => setStandingIn(agent)}
                    onDeactivate={() => setLeaving(agent)}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {looking && <PersonAccess agent={looking} onClose={() => setLooking(null)} />}
      {standingIn && <StandIn agent={standingIn} onClose={() => setStandingIn(null)} />}
      {leaving && <Deactivate agent={leaving} onClose={() => setLeaving(null)} />}
    </section>
  )
}

const departmentNames = (agent: Agent, departments: readonly Department[]) =>
  agent.departments.flatMap(({ id }) => departments.find(each => each.id === id)?.name ?? []).join(' · ')

function PersonCell({ agent }: { agent: Agent }) {
  const t = useT()
  const me = useMe()
  return (
    <div className={classes.person}>
      <Person id={agent.id} name={agent.name} size={28} />
      <small>
        {agent.id === me.agent.id && `${t('team.you')} · `}
        {agent.email}
      </small>
    </div>
  )
}

function RoleCell({ agent }: { agent: Agent }) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const change = useCommand('agent.change_role', { changes: CHANGES })
  const nameOf = useRoleName()
  const roles = useRoleChoices()
  const isMine = agent.id === me.agent.id
  if (!may('agent.change_role') || isMine || agent.rank > me.rank || agent.state === 'deactivated') {
    return nameOf(agent.role)
  }
  return (
    <Select
      size="xs"
      w={150}
      allowDeselect={false}
      aria-label={t('team.changeRole', { name: agent.name })}
      value={agent.role}
      disabled={change.isPending}
      data={roles}
      onChange={role =>
        role && role !== agent.role && change.mutate({ agentId: agent.id, role: role as RoleKey })
      }
    />
  )
}

interface AgentMenuProps {
  agent: Agent
  onLink: (link: OneTime) => void
  onAccess: () => void
  onStandIn: () => void
  onDeactivate: () => void
}

function AgentMenu({ agent, onLink, onAccess, onStandIn, onDeactivate }: AgentMenuProps) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const reset = useCommand('agent.reset_password', {
    changes: CHANGES,
    onDone: ({ invitation }) => onLink({ name: agent.name, ...invitation }),
  })
  const reactivate = useCommand('agent.reactivate', { changes: CHANGES })
  const isClosed = agent.state === 'deactivated'
  const isMine = agent.id === me.agent.id
  const canReset = may('agent.reset_password') && !isClosed && !isMine
  const canClose = may('agent.deactivate') && !isClosed && !isMine
  const canOpen = may('agent.reactivate') && isClosed
  const canLook = may('access.review')
  const canStandIn = may('impersonation.start') && agent.state === 'active' && agent.rank < me.rank
  const isAbove = agent.rank > me.rank
  if (!canLook && (isAbove || !(canReset || canClose || canOpen || canStandIn))) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('team.menu', { name: agent.name })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {canLook && <Menu.Item onClick={onAccess}>{t('team.access.open')}</Menu.Item>}
        {canStandIn && <Menu.Item onClick={onStandIn}>{t('team.standIn.open')}</Menu.Item>}
        {canReset && !isAbove && (
          <Menu.Item onClick={() => reset.mutate({ agentId: agent.id })}>{t('team.reset')}</Menu.Item>
        )}
        {canOpen && !isAbove && (
          <Menu.Item onClick={() => reactivate.mutate({ agentId: agent.id })}>
            {t('team.reactivate')}
          </Menu.Item>
        )}
        {canClose && !isAbove && (
          <Menu.Item c="var(--td-bad)" onClick={onDeactivate}>
            {t('team.deactivate')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function Deactivate({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const t = useT()
  const deactivate = useCommand('agent.deactivate', { announce: false, changes: CHANGES, onDone: onClose })
  return (
    <Confirm
      title={t('team.deactivateTitle', { name: agent.name })}
      goes={t('team.deactivateGoes')}
      stays={t('team.deactivateStays')}
      confirm={t('team.deactivateConfirm')}
      isBusy={deactivate.isPending}
      error={deactivate.error}
      onConfirm={() => deactivate.mutate({ agentId: agent.id })}
      onClose={onClose}
    />
  )
}
