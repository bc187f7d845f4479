import { Button, MultiSelect, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { RoleKey } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import type { OneTime } from './one-time-link.tsx'
import { useRoleChoices } from './role-choices.ts'
import classes from './team.module.css'
import type { Department } from './team.ts'

interface InviteProps {
  departments: readonly Department[]
  onClose: () => void
  onInvited: (link: OneTime) => void
}

/** Offers a seat; the answer is a link to pass on. */
export function Invite({ departments, onClose, onInvited }: InviteProps) {
  const t = useT()
  const roles = useRoleChoices()
  const invite = useCommand('agent.invite', {
    announce: false,
    changes: [['agent.list'], ['department.list']],
    onDone: ({ invitation }, { name }) => onInvited({ name, ...invitation }),
  })
  const form = useForm({
    initialValues: { name: '', email: '', role: 'agent' as RoleKey, departmentIds: [] as string[] },
    validate: {
      name: value => (value.trim() ? null : t('check.required')),
      email: value => (/^\S+@\S+$/.test(value.trim()) ? null : t('check.email')),
    },
  })
  return (
    <Dialog onClose={onClose} title={t('team.inviteTitle')}>
      <form className={classes.form} noValidate onSubmit={form.onSubmit(values => invite.mutate(values))}>
        <TextInput
          label={t('team.personName')}
          maxLength={80}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput label={t('access.email')} type="email" {...form.getInputProps('email')} />
        <Select label={t('team.role')} allowDeselect={false} data={roles} {...form.getInputProps('role')} />
        {departments.length > 0 && (
          <MultiSelect
            label={t('team.departments')}
            data={departments.map(({ id, name }) => ({ value: id as string, label: name }))}
            {...form.getInputProps('departmentIds')}
          />
        )}
        <Failure error={invite.error} />
        <Button type="submit" loading={invite.isPending}>
          {t('team.inviteDo')}
        </Button>
      </form>
    </Dialog>
  )
}
