import { describe, expect, it } from 'vitest';
import { doctorPage, type Findings } from '../../../../src/vscode/doctor/page.ts';

const findings: Findings = {
  version: '1.0.0',
  sandbox: false,
  base: undefined,
  reach: undefined,
  hasKey: false,
  scopes: undefined,
  untestedScopes: [],
  proxy: [],
  isBuiltMachine: false,
  storage: { folder: '/data', isWritable: true, freeSpace: 1, databaseSize: 1, problem: undefined },
  ledger: {
    tasks: 0,
    running: 0,
    waiting: 0,
    library: { files: 0, bytes: 0 },
    journal: { mode: 'wal', fileSystem: undefined, problem: undefined },
  },
  agents: {
    isEnabled: true,
    tools: { known: 7, all: 7 },
    spent: 12,
    budget: 50,
    isStopped: false,
    clients: [],
    bridge: false,
    seen: [],
  },
};

function pageWith(journal: Extract<Findings['ledger'], { tasks: number }>['journal']): string {
  return doctorPage({ ...findings, ledger: { ...findings.ledger, journal } });
}

describe('the page about the installation', () => {
  it('names the file system and the journal', () => {
    expect(doctorPage(findings)).toMatch(/Journal: wal/);
    expect(pageWith({ mode: 'truncate', fileSystem: 'NFS', problem: undefined })).toMatch(
      /File system: NFS: several computers[^]*Journal: truncate\n/,
    );
    expect(pageWith({ mode: 'truncate', fileSystem: undefined, problem: 'disk I/O error' })).toMatch(
      /truncate, because the usual one failed: disk I\/O error/,
    );
    expect(pageWith({ mode: 'wal', fileSystem: 'NFS', problem: undefined })).toMatch(/Warning: this journal/);
  });

  it('says in its first line that all is well, or the first thing that is not', () => {
    const reach = {
      status: 200,
      milliseconds: 5,
      certificate: 'accepted',
      clockSkew: 0,
      problem: undefined,
    } as const;
    const base = { origin: 'https://rivya.ai', href: 'https://rivya.ai' } as Findings['base'];
    const well: Findings = { ...findings, base, reach, hasKey: true };
    const first = (change: Partial<Findings>): string | undefined =>
      doctorPage({ ...well, ...change }).split('\n')[0];
    expect(first({})).toBe('# ✓ No problems found');
    expect(first({ base: undefined })).toMatch(/^# ✗ Address: the setting rivya\.baseUrl/);
    expect(first({ reach: { ...reach, status: undefined, problem: 'no route' } })).toBe(
      '# ✗ Reachable: no: no route',
    );
    expect(first({ hasKey: false })).toBe('# ✗ Key: not set');
    expect(first({ hasKey: false, sandbox: true })).toBe('# ✓ No problems found');
    expect(first({ scopes: [{ scope: 'chat:read', outcome: 'denied' }] })).toBe('# ✗ chat:read: not granted');
    expect(first({ ledger: { problem: 'It is locked.' } })).toBe('# ✗ Task list: no: It is locked.');
    expect(doctorPage(well)).toMatch(/- ✓ Certificate: accepted\n- ✓ Clock: in sync/);
  });

  it('says what a rebuilt container takes along, and the mount that keeps it', () => {
    expect(doctorPage(findings)).not.toMatch(/rebuilt/);
    const page = doctorPage({ ...findings, isBuiltMachine: true });
    expect(page).toMatch(/this folder is deleted/);
    expect(page).toContain('source=rivya-data,target=/data,type=volume');
  });

  it('tells what agents may and have done', () => {
    expect(doctorPage(findings)).toMatch(/## Agents\n\n- ✓ Tools: 7 of 7\n- Spent today: 12 of 50 credits\n/);
    const { agents } = findings;
    const page = (change: Partial<Findings['agents']>): string =>
      doctorPage({ ...findings, agents: { ...agents, ...change } });
    expect(page({ tools: { known: 6, all: 7 } })).toContain('✗ Tools: 6 of 7');
    expect(page({ isStopped: true })).toContain('Stopped: until midnight');
    expect(page({ clients: ['A', '[b](command:c)'] })).toMatch(/Started tasks: A, \[b\]\u200b\(command:c\)/);
    expect(page({})).toContain("External agents: can't reach this window");
    expect(page({ bridge: true, seen: ['C', '[d](command:e)'] })).toMatch(
      /External agents: can reach this window\n- Connected so far: C, \[d\]\u200b\(command:e\)/,
    );
    expect(page({ isEnabled: false })).toMatch(/## Agents\n\n- Tools: turned off/);
  });
});
