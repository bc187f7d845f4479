import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

// The one theme file. Colour is used for meaning (good, warn, bad) and for the one accent; everything else is grey.
const ink: MantineColorsTuple = [
  '#eef0fb',
  '#dce0f6',
  '#b9c1ec',
  '#94a0e1',
  '#7483d8',
  '#5a69cd',
  '#4453b8',
  '#39479f',
  '#2f3b86',
  '#242d67',
]
const dark: MantineColorsTuple = [
  '#d3d7e0',
  '#b9bec9',
  '#989eac',
  '#6a7180',
  '#424956',
  '#333945',
  '#282d37',
  '#1b1f26',
  '#15181e',
  '#0f1216',
]

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 6, dark: 5 },
  colors: { ink, dark },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans Arabic", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '28px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '22px' }, h2: { fontSize: '17px' }, h3: { fontSize: '14px' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: false, events: { hover: true, focus: true, touch: false } },
    },
    Modal: {
      defaultProps: {
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.35 },
        transitionProps: { duration: 120 },
      },
    },
    Drawer: {
      defaultProps: { overlayProps: { backgroundOpacity: 0.25 }, transitionProps: { duration: 140 } },
    },
    // In a portal a <header> would be a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 90 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
})

const LIGHT = {
  '--td-ground': '#f3f4f7',
  '--td-panel': '#ffffff',
  '--td-sunken': '#f7f8fa',
  '--td-line': '#e2e5eb',
  '--td-hover': '#eceef3',
  '--td-segment': '#e9ebf0',
  '--td-selected': '#e7eaf9',
  '--td-accent-text': '#39479f',
  '--td-bubble-in': '#f0f2f5',
  '--td-bubble-out': '#e4e8fa',
  '--td-note': '#fdf5dc',
  '--td-good': '#17764a',
  '--td-good-soft': '#e0f3e8',
  '--td-warn': '#8a5200',
  '--td-warn-soft': '#fdefd2',
  '--td-bad': '#b4232a',
  '--td-bad-soft': '#fce6e5',
  '--mantine-color-dimmed': '#5b6372',
  '--mantine-color-placeholder': '#6b7280',
  '--mantine-color-default-border': '#d3d7df',
  '--mantine-color-anchor': '#39479f',
  '--mantine-color-error': '#b4232a',
}
const DARK: typeof LIGHT = {
  '--td-ground': '#13161b',
  '--td-panel': '#1b1f26',
  '--td-sunken': '#171a20',
  '--td-line': '#2c323c',
  '--td-hover': '#252a33',
  '--td-segment': '#0f1216',
  '--td-selected': '#2b3253',
  '--td-accent-text': '#a9b5f2',
  '--td-bubble-in': '#262b34',
  '--td-bubble-out': '#2f375e',
  '--td-note': '#38321d',
  '--td-good': '#66d19e',
  '--td-good-soft': '#193a2b',
  '--td-warn': '#f0b95a',
  '--td-warn-soft': '#40321a',
  '--td-bad': '#ff8f88',
  '--td-bad-soft': '#472425',
  '--mantine-color-dimmed': '#a0a7b5',
  '--mantine-color-placeholder': '#8d95a3',
  '--mantine-color-default-border': '#3b424e',
  '--mantine-color-anchor': '#a9b5f2',
  '--mantine-color-error': '#ff8f88',
}

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: LIGHT, dark: DARK })
