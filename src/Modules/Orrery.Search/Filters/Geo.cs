namespace Orrery.Search.Filters;

/// <summary>Places on a sphere of the Earth's mean radius.</summary>
internal static class Geo
{
    // IUGG mean radius; the haversine formula over it is within 0.5 % of the ellipsoid.
    private const double EarthRadiusMeters = 6_371_008.8;

    public static bool IsValid(GeoPoint point) => point.Longitude is >= -180 and <= 180 && point.Latitude is >= -90 and <= 90;

    /// <summary>Great-circle distance by the haversine formula.</summary>
    public static double Meters(GeoPoint a, GeoPoint b)
    {
        var sinLatitude = Math.Sin(Radians(b.Latitude - a.Latitude) / 2);
        var sinLongitude = Math.Sin(Radians(b.Longitude - a.Longitude) / 2);
        var h = sinLatitude * sinLatitude + Math.Cos(Radians(a.Latitude)) * Math.Cos(Radians(b.Latitude)) * sinLongitude * sinLongitude;
        return 2 * EarthRadiusMeters * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    public static bool Contains(GeoBox box, GeoPoint point)
    {
        if (point.Latitude > box.TopLeft.Latitude || point.Latitude < box.BottomRight.Latitude)
            return false;
        return box.TopLeft.Longitude <= box.BottomRight.Longitude
            ? point.Longitude >= box.TopLeft.Longitude && point.Longitude <= box.BottomRight.Longitude
            : point.Longitude >= box.TopLeft.Longitude || point.Longitude <= box.BottomRight.Longitude;
    }

    public static bool Contains(GeoPolygon polygon, GeoPoint point) => Inside(polygon.Exterior, point) && !polygon.Holes.Any(hole => Inside(hole, point));

    // Even-odd rule: a ray to the east crosses the border an odd number of times from inside.
    private static bool Inside(IReadOnlyList<GeoPoint> ring, GeoPoint point)
    {
        var inside = false;
        for (int i = 0, j = ring.Count - 1; i < ring.Count; j = i++)
        {
            var (a, b) = (ring[i], ring[j]);
            if (a.Latitude > point.Latitude != b.Latitude > point.Latitude
                && point.Longitude < (b.Longitude - a.Longitude) * (point.Latitude - a.Latitude) / (b.Latitude - a.Latitude) + a.Longitude)
                inside = !inside;
        }

        return inside;
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
