// Measures the library beside bare programs on `serialport`. `npm run bench -- --help` lists the options.
import { benchCommand } from '../harness/bench/command';

benchCommand((line) => {
  console.log(line);
})
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
