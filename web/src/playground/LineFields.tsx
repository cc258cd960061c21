/** What a program needs to join the network of a real modem. Nothing of it is kept when the page is closed. */
export interface JoinSettings {
  readonly ssid: string;
  readonly key: string;
  /** Further arguments of the samples. */
  readonly more: string;
}

const fields = [
  { name: 'ssid', label: 'Network', type: 'text', hint: 'the name of your network' },
  { name: 'key', label: 'Key', type: 'password', hint: '' },
  { name: 'more', label: 'More arguments of a sample', type: 'text', hint: '--url http://… --to 192.168.0.2:3456' },
] as const;

/** The network of a real modem, which programs join. */
export function LineFields({ join }: { readonly join: { current: JoinSettings } }) {
  return (
    <div class="playground-fields playground-line">
      {fields.map(({ name, label, type, hint }) => (
        <label key={name}>
          {label}
          <input
            type={type}
            defaultValue={join.current[name]}
            placeholder={hint}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              join.current = { ...join.current, [name]: currentTarget.value };
            }}
          />
        </label>
      ))}
    </div>
  );
}
