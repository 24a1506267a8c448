-- Cuts the sample out of flights-3m.parquet (npm package vega-datasets 3.2.1). Run in this folder with DuckDB:
--   duckdb -c "SET VARIABLE flights = 'path/to/flights-3m.parquet'" -f cut.sql
-- Same input, same rows, in the same order.

CREATE TABLE busiest AS
SELECT origin AS airport FROM read_parquet(getvariable('flights')) GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 30;

CREATE TABLE flights AS
SELECT date, origin, destination, distance::INTEGER AS distance, delay::INTEGER AS delay
FROM read_parquet(getvariable('flights'))
WHERE origin IN (FROM busiest) AND destination IN (FROM busiest)
ORDER BY date, origin, destination, delay;

-- The last four hours of week 4 come as a CSV of their own, which another system sent, and sent badly.
CREATE TABLE evening AS
SELECT *, row_number() OVER (ORDER BY date, origin, destination, delay) AS n
FROM flights WHERE date >= '2001-01-28 20:00' AND date < '2001-01-29';

COPY (SELECT * FROM flights WHERE date >= '2001-01-01' AND date < '2001-01-08' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W01.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-01-08' AND date < '2001-01-15' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W02.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-01-15' AND date < '2001-01-22' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W03.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-01-22' AND date < '2001-01-28 20:00' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W04.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-01-29' AND date < '2001-02-05' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W05.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-02-05' AND date < '2001-02-12' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W06.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-02-12' AND date < '2001-02-19' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W07.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-02-19' AND date < '2001-02-26' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W08.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-02-26' AND date < '2001-03-05' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W09.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-03-05' AND date < '2001-03-12' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W10.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-03-12' AND date < '2001-03-19' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W11.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-03-19' AND date < '2001-03-26' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W12.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-03-26' AND date < '2001-04-02' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W13.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-04-02' AND date < '2001-04-09' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W14.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-04-09' AND date < '2001-04-16' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W15.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-04-16' AND date < '2001-04-23' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W16.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);
COPY (SELECT * FROM flights WHERE date >= '2001-04-23' AND date < '2001-04-30' ORDER BY date, origin, destination, delay)
TO 'weeks/2001-W17.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2);

-- Each hundredth row or so is damaged, in seven ways; the others are as they were.
COPY (
  SELECT CASE n % 101
    WHEN 7  THEN strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || destination || ',' || distance || ',n/a'          -- not a number
    WHEN 19 THEN strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || destination || ',' || distance                    -- a field is missing
    WHEN 31 THEN strftime(date, '%Y-%m-%d %H:%M') || ',,' || destination || ',' || distance || ',' || delay                    -- no origin
    WHEN 43 THEN '2001-01-32 25:61,' || origin || ',' || destination || ',' || distance || ',' || delay                        -- not a time
    WHEN 59 THEN strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || destination || ',' || distance || ',' || 99999    -- a delay of ten weeks
    WHEN 73 THEN strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || destination || ',-' || distance || ',' || delay   -- a negative distance
    WHEN 97 THEN strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || origin || ',' || distance || ',' || delay         -- from an airport to itself
    ELSE strftime(date, '%Y-%m-%d %H:%M') || ',' || origin || ',' || destination || ',' || distance || ',' || delay
  END AS "date,origin,destination,distance,delay"
  FROM evening ORDER BY n
) TO '2001-W04-evening.csv' (FORMAT csv, HEADER true, QUOTE '', DELIMITER '|', ESCAPE '');
