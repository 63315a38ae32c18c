-- Requests are built once from a file with one JSON body per line: sending them then costs next to nothing.
local requests, last = {}, 0

function init(args)
  local headers = { ['Content-Type'] = 'application/json' }
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('POST', nil, headers, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local report = 'RESULT {"requests":%d,"failed":%d,"micros":%d}\n'
  io.write(report:format(summary.requests, failed, summary.duration))
end
