// stdin: one JSON object a line {tex, display, macros}; stdout: one JSON object a line {html} or {error}
const katex = require(process.argv[2]);

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { tex, display, macros } = JSON.parse(line);
    let answer;
    try {
      answer = {
        html: katex.renderToString(tex, {
          displayMode: display,
          macros: { ...macros },
          throwOnError: true,
          strict: "error",
          output: "htmlAndMathml",
        }),
      };
    } catch (error) {
      answer = { error: error.message };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  });
