// The page: a token in, a picture out.
import { keepPlaying, type Player } from './player.ts';

const element = <T extends Element>(id: string, kind: new () => T): T => {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${id}`);
};
const field = element('token', HTMLInputElement);
const cameras = element('camera', HTMLSelectElement);
const kind = element('kind', HTMLSelectElement);
const video = element('lane', HTMLVideoElement);
const state = element('state', HTMLParagraphElement);
let player: Player | null = null;

function show(what: 'playing' | 'trouble' | 'waiting', words: string): void {
  state.dataset.kind = what;
  state.textContent = words;
}

/** Behind `#`, a token never reaches a server or its log. */
field.value = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname);

async function places(): Promise<Map<string, string>> {
  const answer = await fetch('/api/gate/cameras', { headers: { Authorization: `Bearer ${field.value}` } });
  if (!answer.ok) throw new Error(`The API answered ${answer.status}: is the token good?`);
  const { items }: { items: { id: string; live: { whep: string } | null }[] } = await answer.json();
  const found = items.flatMap(({ id, live }) => (live ? [[id, live.whep.replace(/\/[^/]+\/whep$/, '')] as const] : []));
  if (found.length === 0) throw new Error('There is no live video here: no MediaMTX, or no door.');
  return new Map(found);
}

async function open(): Promise<void> {
  player?.close();
  player = null;
  try {
    const bases = await places();
    if (cameras.length === 0) cameras.replaceChildren(...[...bases.keys()].map((id) => new Option(id)));
    const base = bases.get(cameras.value) ?? '';
    player = keepPlaying({
      base,
      stream: `${cameras.value}-${kind.value}`,
      video,
      token: () => field.value.trim(),
      show,
    });
  } catch (error) {
    show('trouble', error instanceof Error ? error.message : String(error));
  }
}

field.addEventListener('change', () => (player ? player.tokenChanged() : void open()));
for (const choice of [cameras, kind]) choice.addEventListener('change', () => void open());
document.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault());
addEventListener('pagehide', () => player?.close());
if (field.value !== '') void open();
