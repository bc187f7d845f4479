import { Checkbox, Select, TextInput } from '@mantine/core'
import type { CommandInput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { useMe } from '../../shared/session.ts'
import { PermissionChoice } from './permission-choice.tsx'
import type { RoleItem } from './team.ts'

type Scope = RoleItem['scope']
const SCOPES: readonly Scope[] = ['own', 'departments', 'all']
const CHANGES = [['role.list'], ['agent.list'], ['access.review']]

interface RoleEditorProps {
  /** null: a new one. */
  role: RoleItem | null
  permissions: readonly string[]
  onClose: () => void
}

/** Makes or changes a role of the workspace. Offered is only what one has oneself; the server holds to that. */
export function RoleEditor({ role, permissions, onClose }: RoleEditorProps) {
  const t = useT()
  const me = useMe()
  const [draft, setDraft] = useState<CommandInput<'role.create'>>({
    name: role?.name ?? '',
    scope: role?.scope ?? 'own',
    permissions: role?.permissions ?? [
      'conversation.view',
      'team.view',
      'bot.view',
      'label.view',
      'log.view',
    ],
    withheld: role?.withheld ?? false,
    takesConversations: role?.takesConversations ?? false,
  })
  const create = useCommand('role.create', { announce: false, changes: CHANGES, onDone: onClose })
  const update = useCommand('role.update', { announce: false, changes: CHANGES, onDone: onClose })
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const widest = SCOPES.indexOf(me.scope)
  return (
    <EditorDialog
      size="xl"
      title={role ? t('team.roles.edit', { name: role.name ?? '' }) : t('team.roles.create')}
      isReady={draft.name.trim() !== ''}
      isBusy={create.isPending || update.isPending}
      error={create.error ?? update.error}
      onSave={() => {
        if (role) update.mutate({ role: role.role, ...draft })
        else create.mutate(draft)
      }}
      onClose={onClose}
    >
      <TextInput
        label={t('team.roles.name')}
        maxLength={60}
        required
        data-autofocus
        value={draft.name}
        onChange={event => change({ name: event.currentTarget.value })}
      />
      <Select
        label={t('team.roles.scope')}
        description={t('team.roles.scopeText')}
        allowDeselect={false}
        value={draft.scope}
        data={SCOPES.slice(0, widest + 1).map(scope => ({
          value: scope,
          label: t(`team.roles.scopeOf.${scope}`),
        }))}
        onChange={scope => scope && change({ scope: scope as Scope })}
      />
      <Checkbox
        label={t('team.roles.withheld')}
        checked={draft.withheld ?? false}
        onChange={event => change({ withheld: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('team.roles.takes')}
        checked={draft.takesConversations ?? false}
        onChange={event => change({ takesConversations: event.currentTarget.checked })}
      />
      <PermissionChoice
        all={permissions.filter(name => me.permissions.includes(name))}
        chosen={draft.permissions}
        onChange={chosen => change({ permissions: chosen })}
      />
    </EditorDialog>
  )
}
