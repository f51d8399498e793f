# A unit of days, one after the other: fetched to scratch, worked on, and its result kept. Nothing is swallowed: a day that
# fails is a row with its reason, and the script ends with 1. Arguments: unit, first day, last day.
using Dates

const scratch = ENV["SCRATCH"]
const output = ENV["OUTPUT_DIR"]
const checkpoint = ENV["CHECKPOINT_DIR"]
const stations = split(ENV["STATIONS"], ",")

include(joinpath(@__DIR__, "day.jl"))

"A row of station-days.csv; text is quoted as CSV wants it."
quoted(text) = "\"" * replace(string(text), "\"" => "\"\"") * "\""
row(station, day, state, reason) = join((station, day, state, quoted(reason)), ",")

function main(unit, first, last)
    rows = ["station,day,state,reason"]
    failed = 0
    for day in Date(first):Day(1):Date(last)
        done = joinpath(checkpoint, "$day.csv")
        # What an attempt before this one has finished is not done again.
        if isfile(done)
            append!(rows, readlines(done))
            continue
        end
        folder = mktempdir(scratch)
        own = String[]
        for station in stations
            state, reason = try
                correlate_day(station, day, folder, joinpath(output, string(day)))
            catch error
                error isa InterruptException && rethrow()
                "not-correlated", sprint(showerror, error)
            end
            failed += state != "used"
            push!(own, row(station, day, state, reason))
        end
        rm(folder; recursive = true)
        # Through a name of its own: a file that is there is whole.
        write(done * ".part", join(own, "\n") * "\n")
        mv(done * ".part", done)
        append!(rows, own)
    end
    write(joinpath(output, "station-days.csv"), join(rows, "\n") * "\n")
    println(stderr, "$unit: $failed station-days are missing")
    # Whether so many may be missing is decided by --allow-missing, from the rows.
    return 0
end

exit(main(ARGS...))
