import type { ChosenProgram, JoinSettings } from './chosenProgram';

/** The network of a real modem, which programs join. */
export function LineFields({ program }: { readonly program: ChosenProgram }) {
  const take = (name: keyof JoinSettings) => ({
    defaultValue: program.join[name],
    autocomplete: 'off',
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
      program.join = { ...program.join, [name]: currentTarget.value };
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
