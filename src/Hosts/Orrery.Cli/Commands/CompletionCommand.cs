using System.CommandLine;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery completion SHELL</c>: what a shell needs to complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _orrery() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -F _orrery orrery
            """,
        ["zsh"] = """
            _orrery() {
              local completions=("${(@f)$(orrery "[suggest:${#BUFFER}]" "${BUFFER}" 2>/dev/null)}")
              compadd -a completions
            }
            compdef _orrery orrery
            """,
        ["fish"] = """
            complete -f -c orrery -a "(orrery '[suggest]' (commandline -cp) 2>/dev/null)"
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" }.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a shell's completion script.\n\nExample: source <(orrery completion bash)") { shell };
        command.SetAction(parsed => Console.WriteLine(Scripts[parsed.GetRequiredValue(shell)]));
        return command;
    }
}
