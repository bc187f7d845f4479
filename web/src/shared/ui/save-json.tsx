import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'

/** Saves as a file what the screen already has; nothing is asked of the server. */
export function SaveJson({ value, name, label }: { value: unknown; name: string; label: string }) {
  const text = `${JSON.stringify(value, null, 2)}\n`
  return (
    <Button
      component="a"
      mt="sm"
      size="xs"
      variant="default"
      href={`data:application/json;charset=utf-8,${encodeURIComponent(text)}`}
      download={name}
      leftSection={<IconDownload size={14} aria-hidden />}
    >
      {label}
    </Button>
  )
}
