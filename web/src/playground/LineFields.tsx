/** What a program needs to join the network of a real modem. Nothing of it is kept when the page is closed. */
export interface JoinSettings {
  readonly ssid: string;
  readonly key: string;
  /** Further arguments of the samples. */
  readonly more: string;
}

/** The network of a real modem, which programs join. */
export function LineFields({ join }: { readonly join: { current: JoinSettings } }) {
  const take = (name: keyof JoinSettings) => ({
    defaultValue: join.current[name],
    autocomplete: 'off',
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
      join.current = { ...join.current, [name]: currentTarget.value };
    },
  });
  return (
    <div class="playground-fields playground-line">
      <label>
        Network
        <input placeholder="the name of your network" {...take('ssid')} />
      </label>
      <label>
        Key
        <input type="password" {...take('key')} />
      </label>
      <label>
        More arguments of a sample
        <input placeholder="--to 192.168.0.2:3456" {...take('more')} />
      </label>
    </div>
  );
}
