-- For wrk: with the argument POST a tweet to write; at the end what was measured, as a line
-- of JSON, in milliseconds.
init = function(arguments)
   if arguments[1] == "POST" then
      wrk.method = "POST"
      wrk.body = '{"text": "written by a measurement"}'
      wrk.headers["Content-Type"] = "application/json"
   end
end

done = function(summary, latency)
   local errors = summary.errors
   local number = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format('{"rate": %f, "p50": %f, "p99": %f, "longest": %f, "errors": %d}\n',
      summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
      latency:percentile(99) / 1e3, latency.max / 1e3, number))
end
