# A station's day, with SeisIO and SeisNoise: the lab's own science goes here. Answers its state, one of those of
# docs/ambient-noise.md, and a reason.
using Dates, Downloads, JLD2, SeisIO, SeisNoise

function correlate_day(station, day, folder, output)
    network, name = split(station, ".")
    y, number = year(day), lpad(dayofyear(day), 3, "0")
    # An open archive, by HTTPS: no tool and no credentials are needed to read it.
    bucket = match(r"^s3://([^/]+)/(.*)$", ENV["INPUT_URI"])
    file = string(rpad(network, 2, "_"), rpad(name, 5, "_"), "BHZ", "___", y, number, ".ms")
    key = string(bucket[2], "continuous_waveforms/", y, "/", y, "_", number, "/", file)
    local_file = joinpath(folder, file)
    try
        Downloads.download("https://$(bucket[1]).s3.$(ENV["AWS_REGION"]).amazonaws.com/$key", local_file)
    catch error
        error isa Downloads.RequestError && error.response.status == 404 && return "no-file", "no $file"
        rethrow()
    end
    data = read_data("mseed", local_file)
    raw = RawData(data[1], 1800, 1800)
    detrend!(raw)
    taper!(raw)
    spectra = rfft(raw)
    mkpath(output)
    jldsave(joinpath(output, "$station.jld2"); spectra.fft, spectra.t)
    return "used", ""
end
