-- Makes flights.csv of the flights that the samples hold: 2,000 of the third week to learn from, and 2,000 of the fourth to be measured on. Run with DuckDB in samples/flights/weeks.
COPY (
  SELECT week, hour(date) AS hour, dayofweek(date) AS day, distance, dense_rank() OVER (ORDER BY origin) AS origin, dense_rank() OVER (ORDER BY destination) AS destination, (delay > 15)::INTEGER AS late
  FROM (
    SELECT 3 AS week, * FROM (SELECT * FROM '2001-W03.parquet' ORDER BY hash(date, origin, destination, distance, delay) LIMIT 2000)
    UNION ALL
    SELECT 4 AS week, * FROM (SELECT * FROM '2001-W04.parquet' ORDER BY hash(date, origin, destination, distance, delay) LIMIT 2000)
  ) ORDER BY week, date, origin, destination, distance, delay
) TO 'flights.csv' (HEADER);
