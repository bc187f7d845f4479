import { ActionIcon, Badge, Checkbox, Select } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Person } from '../../shared/ui/person.tsx'
import { DeleteDepartment } from './delete-department.tsx'
import { DepartmentName } from './rename-department.tsx'
import classes from './team.module.css'
import type { Agent, Department } from './team.ts'

const CHANGES = [['agent.list'], ['department.list']]

/** A department with its members; whoever leads it may read its members' history from then on. */
export function DepartmentCard({ department, agents }: { department: Department; agents: readonly Agent[] }) {
  const t = useT()
  const may = useMay()
  const members = agents.filter(agent => agent.departments.some(({ id }) => id === department.id))
  const others = agents.filter(agent => agent.state !== 'deactivated' && !members.includes(agent))
  const [leaving, setLeaving] = useState(false)
  const add = useCommand('department.add_member', { changes: CHANGES })
  return (
    <article className={classes.card}>
      <header>
        <DepartmentName department={department} />
        <span className={classes.cardEnd}>
          {t('team.members', { count: department.members })}
          {may('department.delete') && (
            <ActionIcon
              size="sm"
              aria-label={t('team.deleteDepartment.label', { name: department.name })}
              onClick={() => setLeaving(true)}
            >
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          )}
        </span>
        {leaving && <DeleteDepartment department={department} onClose={() => setLeaving(false)} />}
      </header>
      {members.length === 0 && <p className={classes.text}>{t('team.noMembers')}</p>}
      <ul>
        {members.map(agent => (
          <Member key={agent.id} agent={agent} department={department} />
        ))}
      </ul>
      {may('department.add_member') && others.length > 0 && (
        <Select
          size="xs"
          searchable
          aria-label={`${t('team.addMember')}: ${department.name}`}
          placeholder={t('team.addMember')}
          nothingFoundMessage={t('palette.nothing')}
          value={null}
          disabled={add.isPending}
          data={others.map(({ id, name }) => ({ value: id as string, label: name }))}
          onChange={agentId => agentId && add.mutate({ departmentId: department.id, agentId })}
        />
      )}
    </article>
  )
}

function Member({ agent, department }: { agent: Agent; department: Department }) {
  const t = useT()
  const may = useMay()
  const remove = useCommand('department.remove_member', { changes: CHANGES })
  const setLead = useCommand('department.set_lead', { changes: CHANGES })
  const ids = { departmentId: department.id, agentId: agent.id }
  const leads = agent.departments.some(({ id, lead }) => id === department.id && lead)
  return (
    <li>
      <Person id={agent.id} name={agent.name} size={22} />
      {!may('department.set_lead') ? (
        leads && <Badge variant="light">{t('team.lead')}</Badge>
      ) : (
        <Checkbox
          size="xs"
          label={t('team.lead')}
          aria-label={t('team.leadOf', { name: agent.name, department: department.name })}
          checked={leads}
          disabled={setLead.isPending}
          onChange={event => setLead.mutate({ ...ids, lead: event.currentTarget.checked })}
        />
      )}
      {may('department.remove_member') && (
        <ActionIcon
          size="sm"
          aria-label={t('team.removeMember', { name: agent.name, department: department.name })}
          loading={remove.isPending}
          onClick={() => remove.mutate(ids)}
        >
          <IconX size={14} aria-hidden />
        </ActionIcon>
      )}
    </li>
  )
}
