import { Checkbox, Fieldset, SimpleGrid } from '@mantine/core'
import { useWords } from '../../i18n/index.ts'
import classes from './team.module.css'

interface PermissionChoiceProps {
  /** What can be chosen. */
  all: readonly string[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

/** Permissions by area; the box beside an area's name takes or leaves all of it. */
export function PermissionChoice({ all, chosen, onChange }: PermissionChoiceProps) {
  const words = useWords()
  const areas = Map.groupBy(all, name => name.split('.')[0] ?? '')
  const set = (names: readonly string[], on: boolean) =>
    onChange(on ? [...new Set([...chosen, ...names])] : chosen.filter(name => !names.includes(name)))
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing={10}>
      {[...areas].map(([area, names]) => {
        const count = names.filter(name => chosen.includes(name)).length
        return (
          <Fieldset
            key={area}
            className={classes.area}
            legend={
              <Checkbox
                size="xs"
                label={words(`area.${area}`, area)}
                checked={count === names.length}
                indeterminate={count > 0 && count < names.length}
                onChange={event => set(names, event.currentTarget.checked)}
              />
            }
          >
            {names.map(name => (
              <Checkbox
                key={name}
                size="xs"
                label={<code>{name}</code>}
                checked={chosen.includes(name)}
                onChange={event => set([name], event.currentTarget.checked)}
              />
            ))}
          </Fieldset>
        )
      })}
    </SimpleGrid>
  )
}
