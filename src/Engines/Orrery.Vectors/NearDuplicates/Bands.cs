namespace Orrery.Vectors.NearDuplicates;

/// <summary>
/// How a signature is cut up: sets that agree in all rows of any band are compared. At a similarity s that happens with a chance of 1 − (1 − s^rows)^bands, an S whose steep part is to lie where
/// similarity begins to matter (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4).
/// </summary>
/// <param name="Count">Bands.</param>
/// <param name="Rows">Entries of a band.</param>
internal readonly record struct Bands(int Count, int Rows)
{
    // Missing a duplicate is worse than a comparison in vain.
    private const double WeightOfMisses = 0.9;
    private const int Steps = 200;

    public double ChanceAt(double similarity) => 1 - Math.Pow(1 - Math.Pow(similarity, Rows), Count);

    /// <summary>The cut that errs least around a threshold: what it misses above, and compares in vain below.</summary>
    public static Bands For(int hashes, double threshold)
    {
        var (best, least) = (new Bands(hashes, 1), double.PositiveInfinity);
        for (var rows = 1; rows <= hashes; rows++)
        {
            var bands = new Bands(hashes / rows, rows);
            var error = bands.Error(threshold);
            if (error < least)
                (best, least) = (bands, error);
        }

        return best;
    }

    private double Error(double threshold)
    {
        var (missed, vain) = (0d, 0d);
        for (var step = 0; step < Steps; step++)
        {
            var similarity = (step + 0.5) / Steps;
            if (similarity < threshold)
                vain += ChanceAt(similarity);
            else
                missed += 1 - ChanceAt(similarity);
        }

        return (WeightOfMisses * missed) + ((1 - WeightOfMisses) * vain);
    }
}
