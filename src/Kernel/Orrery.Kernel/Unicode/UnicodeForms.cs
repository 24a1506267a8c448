using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orrery.Kernel.Unicode;

/// <summary>Unicode's decompositions, combining classes and compositions, read on first use from the data that make-forms.py wrote.</summary>
internal sealed class UnicodeForms
{
    private static readonly Lazy<UnicodeForms> Instance = new(Read);
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<int, int> _classes = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    public static UnicodeForms Shared => Instance.Value;

    public bool TryDecompose(int point, bool isCompatible, [NotNullWhen(true)] out int[]? parts) =>
        (isCompatible && _compatible.TryGetValue(point, out parts)) || _canonical.TryGetValue(point, out parts);

    public int CombiningClass(int point) => _classes.GetValueOrDefault(point);

    public bool TryCompose(int first, int second, out int joined) => _compositions.TryGetValue((first, second), out joined);

    private static UnicodeForms Read()
    {
        var forms = new UnicodeForms();
        using var reader = new StreamReader(typeof(UnicodeForms).Assembly.GetManifestResourceStream("unicode-forms.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#')
                continue;
            var numbers = line[2..].Split(' ').Select(number => int.Parse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
            forms.Add(line[0], numbers);
        }

        return forms;
    }

    private void Add(char kind, int[] numbers)
    {
        switch (kind)
        {
            case 'D':
                _canonical[numbers[0]] = numbers[1..];
                break;
            case 'K':
                _compatible[numbers[0]] = numbers[1..];
                break;
            case 'P':
                _compositions[(numbers[0], numbers[1])] = numbers[2];
                break;
            default:
                for (var point = numbers[0]; point <= numbers[1]; point++)
                    _classes[point] = numbers[2];
                break;
        }
    }
}
