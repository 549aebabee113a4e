import { startDesktop } from './desktop/desktop.ts'

void startDesktop()
