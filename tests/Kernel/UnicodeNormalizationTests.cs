using System.Text;
using System.Text.Json;
using Orrery.Kernel.Unicode;
using Orrery.Tests;
using Xunit;

namespace Orrery.Kernel.Tests;

public sealed class UnicodeNormalizationTests
{
    [Theory]
    [InlineData("NFC", NormalizationForm.FormC)]
    [InlineData("NFD", NormalizationForm.FormD)]
    [InlineData("NFKC", NormalizationForm.FormKC)]
    [InlineData("NFKD", NormalizationForm.FormKD)]
    public void Every_form_is_as_the_unicode_database_has_it(string name, NormalizationForm form)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests/Kernel/golden/unicode.json")));
        var count = 0;
        foreach (var entry in golden.RootElement.EnumerateArray())
        {
            Assert.Equal(entry.GetProperty(name).GetString(), UnicodeNormalization.Normalize(entry.GetProperty("text").GetString()!, form));
            count++;
        }

        Assert.True(count > 200, $"only {count} texts");
    }

    [Fact]
    public void A_form_that_does_not_exist_is_a_callers_mistake() => Assert.Throws<ArgumentOutOfRangeException>(() => UnicodeNormalization.Normalize("é", (NormalizationForm)9));
}
